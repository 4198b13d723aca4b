/** Line charts as SVG text, drawn without a browser. Readable on light and dark ground: ink is `currentColor`. */
import { init } from 'echarts/core';
import { hashText } from '../core/hash.js';
import type { Chart } from './blocks.js';
import { chartOption } from './chart-option.js';

/** Stands for the text colour while the chart is drawn; replaced by `currentColor` in the SVG. */
const INK = '#010203';

/** Draws a chart. Width and height in CSS pixels. */
export function chartSvg(chart: Chart, size: { width: number; height: number } = { width: 520, height: 320 }): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    drawing.setOption(chartOption(chart, INK));
    return settle(drawing.renderToSVGString(), `chart-${hashText(JSON.stringify(chart))}`);
  } finally {
    drawing.dispose();
  }
}

/** Drops hover styles and gives ids that are the same every time and clash with no other chart of the page. */
function settle(svg: string, name: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>\s*/g, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${name}-`)
    .replaceAll(INK, 'currentColor');
}
