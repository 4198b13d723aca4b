/** Line charts as SVG text, drawn without a browser. Readable on light and dark ground: ink is `currentColor`. */
import { LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { hashText } from '../core/hash.js';
import type { Chart, Series } from './blocks.js';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** Mid tones that stand out from white and from near-black; symbols and dashes tell lines apart without colour. */
const COLOURS = ['#7a8594', '#2f80d0', '#d98324', '#c0519a', '#2f9e6e', '#8d76d6'];
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];
const DASHES = ['solid', 'solid', 'dashed', 'dotted', 'dashed', 'dotted'] as const;

/** Stands for the text colour while the chart is drawn; replaced by `currentColor` in the SVG. */
const INK = '#010203';

/** Draws a chart. Intervals are shaded bands. Width and height in CSS pixels. */
export function chartSvg(chart: Chart, size: { width: number; height: number } = { width: 520, height: 320 }): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    const axis = {
      type: 'value' as const,
      nameLocation: 'middle' as const,
      nameTextStyle: { color: INK },
      axisLabel: { color: INK },
      axisLine: { show: true, lineStyle: { color: INK, opacity: 0.5 } },
      axisTick: { lineStyle: { color: INK, opacity: 0.5 } },
      splitLine: { lineStyle: { color: INK, opacity: 0.12 } },
    };
    drawing.setOption({
      animation: false,
      legend: { bottom: 0, textStyle: { color: INK }, data: chart.series.map((s) => s.name) },
      grid: { left: 56, right: 16, top: 16, bottom: 78 },
      xAxis: { ...axis, name: chart.xLabel, nameGap: 26, minInterval: 1, splitLine: { show: false }, ...xRange(chart) },
      yAxis: { ...axis, name: chart.yLabel, nameGap: 40, min: 0 },
      series: chart.series.flatMap((series, i) => drawSeries(series, i)),
    });
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

function xRange({ series }: Chart): { min: number; max: number } {
  const xs = series.flatMap((s) => s.points.map((p) => p.x));
  return { min: Math.min(0, ...xs), max: Math.max(1, ...xs) };
}

function drawSeries({ name, points }: Series, index: number): LineSeriesOption[] {
  const at = index % COLOURS.length;
  const colour = COLOURS[at] as string;
  const line: LineSeriesOption = {
    type: 'line',
    name,
    data: points.map((p) => [p.x, p.y]),
    symbol: SYMBOLS[at] as string,
    symbolSize: points.length > 30 ? 0 : 7,
    lineStyle: { color: colour, width: 2, type: DASHES[at] as 'solid' },
    itemStyle: { color: colour },
  };
  const banded = points.filter((p) => p.low !== undefined && p.high !== undefined);
  if (banded.length < 2) return [line];
  // A band is a stack: an invisible line at the lower end, and the width above it filled.
  const hidden: LineSeriesOption = {
    type: 'line',
    stack: `band ${name}`,
    symbol: 'none',
    lineStyle: { opacity: 0 },
    silent: true,
  };
  return [
    { ...hidden, data: banded.map((p) => [p.x, p.low as number]) },
    {
      ...hidden,
      data: banded.map((p) => [p.x, (p.high as number) - (p.low as number)]),
      areaStyle: { color: colour, opacity: 0.14 },
    },
    line,
  ];
}
