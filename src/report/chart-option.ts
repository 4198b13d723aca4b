/** What echarts draws of a chart: the same in report.html and in the pages of runs. Pure, and for browsers too. */
import { LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart, Series } from './blocks.js';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

/** Mid tones that stand out from white and from near-black; symbols and dashes tell lines apart without colour. */
const COLOURS = ['#7a8594', '#2f80d0', '#d98324', '#c0519a', '#2f9e6e', '#8d76d6'];
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'];
const DASHES = ['solid', 'solid', 'dashed', 'dotted', 'dashed', 'dotted'] as const;

/** `ink` is the colour of text and lines. Intervals are shaded bands. */
export function chartOption(chart: Chart, ink: string): EChartsCoreOption {
  const axis = {
    type: 'value' as const,
    nameLocation: 'middle' as const,
    nameTextStyle: { color: ink },
    axisLabel: { color: ink },
    axisLine: { show: true, lineStyle: { color: ink, opacity: 0.5 } },
    axisTick: { lineStyle: { color: ink, opacity: 0.5 } },
    splitLine: { lineStyle: { color: ink, opacity: 0.12 } },
  };
  return {
    animation: false,
    legend: { bottom: 0, textStyle: { color: ink }, data: chart.series.map((s) => s.name) },
    grid: { left: 56, right: 16, top: 16, bottom: 78 },
    xAxis: { ...axis, name: chart.xLabel, nameGap: 26, minInterval: 1, splitLine: { show: false }, ...xRange(chart) },
    yAxis: { ...axis, name: chart.yLabel, nameGap: 40, min: 0 },
    series: chart.series.flatMap((series, i) => drawSeries(series, i)),
  };
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
