/** Drawing charts into the page; loaded with the first chart. */
import { init } from 'echarts/core';
import type { Chart } from '../../src/report/blocks.js';
import { chartOption } from '../../src/report/chart-option.js';

export interface Drawing {
  draw(chart: Chart): void;
  dispose(): void;
}

/** A drawing as large as the element, in its colour; it follows both. */
export function drawingIn(element: HTMLElement): Drawing {
  const inner = init(element, null, { renderer: 'svg' });
  let shown: Chart | undefined;
  const again = () => shown && inner.setOption(optionOf(shown, element), true);
  const sized = new ResizeObserver(() => inner.resize());
  sized.observe(element);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', again);
  return {
    draw(chart) {
      shown = chart;
      again();
    },
    dispose() {
      sized.disconnect();
      dark.removeEventListener('change', again);
      inner.dispose();
    },
  };
}

/** Lines are not to be switched off by their names: their bands would stay. */
function optionOf(chart: Chart, element: HTMLElement) {
  const option = chartOption(chart, getComputedStyle(element).color);
  return { ...option, legend: { ...(option['legend'] as object), selectedMode: false } };
}
