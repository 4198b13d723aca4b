/** The report's style sheet: light and dark, narrow and wide, print. */
export const STYLE = `
:root {
  --ground: #ffffff; --ink: #1c2430; --soft: #5a6675; --line: #d9dee5; --panel: #f4f6f9; --link: #1f66b0;
  --right: #2f9e6e; --wrong: #c4574a; --doubt: 217, 119, 6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181e; --ink: #e4e8ee; --soft: #9aa6b4; --line: #313a46; --panel: #1c222a; --link: #7db4ee;
    --right: #45b886; --wrong: #e07a6d; --doubt: 245, 158, 11;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
header, main { max-width: 1040px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { margin: 0 0 8px; font-size: 26px; }
h2 { margin: 36px 0 12px; padding-bottom: 4px; border-bottom: 1px solid var(--line); font-size: 20px; }
h3 { margin: 0 0 8px; font-size: 16px; }
h4 { margin: 0 0 4px; font-size: 13px; font-weight: 600; color: var(--soft); }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
p { margin: 8px 0; }
.note, caption, summary, figcaption .note { color: var(--soft); font-size: 13px; }
.wide { overflow-x: auto; margin: 14px 0; }
table { border-collapse: collapse; }
caption { white-space: nowrap; }
caption { caption-side: top; text-align: left; padding-bottom: 4px; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { white-space: normal; vertical-align: bottom; font-weight: 600; font-size: 13px; color: var(--soft); }
.number { text-align: right; font-variant-numeric: tabular-nums; padding-left: 10px; }
figure { margin: 18px 0; }
figcaption { font-weight: 600; }
figcaption .note { font-weight: 400; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 0 24px; }
.chart { max-width: 720px; }
.chart svg { width: 100%; height: auto; color: var(--ink); }
summary { cursor: pointer; }
pre, .text { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border-radius: 6px; padding: 10px 12px; margin: 6px 0; }
pre, .text { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
article { margin: 18px 0; padding: 16px; border: 1px solid var(--line); border-radius: 8px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 14px; margin-top: 12px; }
.right, .wrong { border-left: 3px solid var(--right); padding-left: 10px; }
.wrong { border-color: var(--wrong); }
.p1, .p2, .p3, .p4 { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.p1 { background: rgba(var(--doubt), 0.15); }
.p2 { background: rgba(var(--doubt), 0.3); }
.p3 { background: rgba(var(--doubt), 0.5); }
.p4 { background: rgba(var(--doubt), 0.7); }
dl { display: grid; grid-template-columns: minmax(120px, max-content) 1fr; gap: 6px 18px; }
dt { font-weight: 600; }
dd { margin: 0; color: var(--soft); }
@media (max-width: 640px) { dl { display: block; } dd { margin-bottom: 8px; } }
@media print {
  :root {
    --ground: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --panel: #f4f6f9; --link: #000000;
    --right: #1d7a50; --wrong: #a03a2e; --doubt: 180, 90, 0;
  }
  body { font-size: 11px; }
  header, main { max-width: none; padding: 0; }
  nav, details { display: none; }
  .wide { overflow: visible; }
  th, td { white-space: normal; padding-right: 8px; }
  .number { white-space: nowrap; }
  article, figure, tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
}
`;
