/** A report as Markdown. Charts become tables of their numbers; texts of problems and responses stand in fences. */
import { visibleText } from '../core/visible-text.js';
import type { Block, Example, Report, ReportTable } from './blocks.js';
import { chartTable } from './chart-table.js';

export function reportMarkdown(report: Report): string {
  const parts = report.sections.map(({ title, blocks }) =>
    [`## ${escapeMarkdown(title)}`, ...blocks.filter(({ kind }) => kind !== 'tokens').map(blockText)].join('\n\n'),
  );
  return visibleText(`${[`# ${escapeMarkdown(report.title)}`, ...parts].join('\n\n')}\n`);
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return escapeMarkdown(block.text);
    case 'table':
      return withNote(tableText(block.table), block.note);
    case 'chart':
      return withNote(
        `${escapeMarkdown(block.chart.title)}: ${escapeMarkdown(block.chart.yLabel)}\n\n${tableText(chartTable(block.chart))}`,
      );
    case 'example':
      return exampleText(block.example);
    case 'tokens':
      return '';
    case 'code':
      return fence(block.text);
    case 'terms':
      return block.terms
        .map(({ term, meaning }) => `- **${escapeMarkdown(term)}**: ${escapeMarkdown(meaning)}`)
        .join('\n');
  }
}

function withNote(text: string, note?: string): string {
  return note === undefined ? text : `${text}\n\n*${escapeMarkdown(note)}*`;
}

function tableText({ columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |`;
  const rule = `| ${columns.map((c) => (c.numeric ? '---:' : '---')).join(' | ')} |`;
  return [line(columns.map((c) => c.label)), rule, ...rows.map(line)].join('\n');
}

function exampleText({ title, question, answer, traces, responses }: Example): string {
  return [
    `### ${escapeMarkdown(title)}`,
    fence(question),
    `Answer: ${escapeMarkdown(answer)}`,
    ...traces.flatMap((t) => [`${escapeMarkdown(t.heading)}:`, fence(`${t.question}\n\n${t.trace}`)]),
    ...responses.flatMap((r) => [`${escapeMarkdown(r.heading)}, ${escapeMarkdown(r.verdict)}:`, fence(r.text)]),
  ].join('\n\n');
}

/** A fence longer than any run of backticks inside. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((m) => m[0].length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}text\n${text.replace(/\n+$/, '')}\n${mark}`;
}

/** Keeps characters from meaning anything in Markdown or in a table cell. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#~]/g, (char) => `\\${char}`).replace(/\s*\n\s*/g, ' ');
}
