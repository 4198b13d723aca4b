/** A report as one HTML file that needs nothing else: styles and charts stand inside, scripts there are none. */
import type { Block, Example, ExampleResponse, Report, ReportTable } from './blocks.js';
import { visibleText } from '../core/visible-text.js';
import { chartSvg } from './chart-svg.js';
import { chartTable } from './chart-table.js';
import { STYLE } from './style.js';

export function reportHtml(report: Report): string {
  const links = report.sections.map(({ title }) => `<a href="#${slug(title)}">${escapeHtml(title)}</a>`).join('');
  const sections = report.sections
    .map(
      ({ title, blocks }) =>
        `<section id="${slug(title)}"><h2>${escapeHtml(title)}</h2>${blocksHtml(blocks)}</section>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(report.title)}</h1><nav>${links}</nav></header>
<main>
${sections}
</main>
</body>
</html>
`;
}

/** Charts that follow each other stand side by side where there is room. */
function blocksHtml(blocks: readonly Block[]): string {
  return blocks
    .map((block, i) => {
      const [opens, closes] = [blocks[i - 1], blocks[i + 1]].map((b) => block.kind === 'chart' && b?.kind !== 'chart');
      return `${opens ? '<div class="charts">' : ''}${blockHtml(block)}${closes ? '</div>' : ''}`;
    })
    .join('\n');
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'table':
      return tableHtml(block.table, block.note);
    case 'chart': {
      const { chart, note } = block;
      const label = escapeHtml(`${chart.title}: ${chart.yLabel}`);
      return `<figure><figcaption>${label}${note ? ` <span class="note">(${escapeHtml(note)})</span>` : ''}</figcaption>
<div class="chart" role="img" aria-label="${label}">${chartSvg(chart)}</div>
<details><summary>numbers</summary>${tableHtml(chartTable(chart))}</details></figure>`;
    }
    case 'example':
      return exampleHtml(block.example);
    case 'tokens':
      return `<p>${escapeHtml(block.rule)}</p>${exampleHtml(block.example)}`;
    case 'code':
      return `<details><summary>${escapeHtml(block.title)}</summary><pre>${escapeHtml(block.text)}</pre></details>`;
    case 'terms':
      return `<dl>${block.terms.map(({ term, meaning }) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`).join('\n')}</dl>`;
  }
}

function tableHtml({ columns, rows }: ReportTable, note?: string): string {
  const cell = (tag: string, text: string, numeric?: boolean) =>
    `<${tag}${numeric ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`;
  const head = columns.map((c) => cell('th', c.label, c.numeric)).join('');
  const body = rows.map((row) => `<tr>${row.map((text, i) => cell('td', text, columns[i]?.numeric)).join('')}</tr>`);
  const caption = note === undefined ? '' : `<caption>${escapeHtml(note)}</caption>`;
  return `<div class="wide"><table>${caption}<thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function exampleHtml({ title, question, answer, traces, responses }: Example): string {
  const text = (content: string) => `<div class="text">${escapeHtml(content)}</div>`;
  const context = traces.map((t) => `<div><h4>${escapeHtml(t.heading)}</h4>${text(t.question)}${text(t.trace)}</div>`);
  const said = responses.map(
    (r) =>
      `<div class="${r.right ? 'right' : 'wrong'}"><h4>${escapeHtml(r.heading)}</h4><div class="text">${responseHtml(r)}</div><p class="note">${escapeHtml(r.verdict)}</p></div>`,
  );
  return `<article><h3>${escapeHtml(title)}</h3>${text(question)}<p>Answer: <strong>${escapeHtml(answer)}</strong></p>
<div class="columns">${context.join('\n')}</div><div class="columns">${said.join('\n')}</div></article>`;
}

/** Least probabilities of the shades: a token below all of them has the darkest. */
const SHADES = [0.9, 0.5, 0.1, 0.01];

function responseHtml({ text, tokens }: ExampleResponse): string {
  if (!tokens) return escapeHtml(text);
  const spans = tokens.map((token) => {
    const shade = SHADES.filter((least) => token.probability < least).length;
    return `<span class="p${shade}" title="${token.probability.toPrecision(2)}">${escapeHtml(token.text)}</span>`;
  });
  return spans.join('');
}

/** Text made safe for elements and quoted attributes; control characters are written out. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return visibleText(text).replace(/[&<>"']/g, (char) => entities[char] as string);
}

function slug(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
