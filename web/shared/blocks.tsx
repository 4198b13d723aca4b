/** The blocks of a report, a component each. Texts of runs are texts. */
import type { Block, Example, Section } from '../../src/report/blocks.js';
import { ChartFigure } from './chart.js';
import { Table } from './table.js';

export function SectionView({ section: { title, blocks } }: { section: Section }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {groupsOf(blocks).map((group, g) =>
        group[0]?.kind === 'chart' ? (
          <div key={g} class="columns">
            {group.map((block, b) => (
              <BlockView key={b} block={block} />
            ))}
          </div>
        ) : (
          group.map((block, b) => <BlockView key={`${g} ${b}`} block={block} />)
        ),
      )}
    </section>
  );
}

/** Charts that follow each other stand side by side where there is room. */
function groupsOf(blocks: readonly Block[]): Block[][] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (last && (last[0]?.kind === 'chart') === (block.kind === 'chart')) last.push(block);
    else groups.push([block]);
  }
  return groups;
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'text':
      return <p>{block.text}</p>;
    case 'table':
      return <Table table={block.table} note={block.note} />;
    case 'chart':
      return <ChartFigure chart={block.chart} note={block.note} />;
    case 'example':
      return <ExampleView example={block.example} />;
    case 'code':
      return (
        <details>
          <summary>{block.title}</summary>
          <pre>{block.text}</pre>
        </details>
      );
    case 'terms':
      return (
        <dl>
          {block.terms.map(({ term, meaning }) => (
            <>
              <dt>{term}</dt>
              <dd>{meaning}</dd>
            </>
          ))}
        </dl>
      );
  }
}

function ExampleView({ example: { title, question, answer, traces, responses } }: { example: Example }) {
  return (
    <article class="example">
      <h3>{title}</h3>
      <div class="text">{question}</div>
      <p>
        Answer: <strong>{answer}</strong>
      </p>
      <div class="columns">
        {traces.map((trace, t) => (
          <div key={t}>
            <h4>{trace.heading}</h4>
            <div class="text">{trace.question}</div>
            <div class="text">{trace.trace}</div>
          </div>
        ))}
      </div>
      <div class="columns">
        {responses.map((response, r) => (
          <div key={r}>
            <h4>
              {response.heading}{' '}
              <span class={response.right ? 'right-text' : 'wrong-text'}>{response.right ? 'right' : 'not right'}</span>
            </h4>
            <div class="text">{response.text}</div>
            <p class="note">{response.verdict}</p>
          </div>
        ))}
      </div>
    </article>
  );
}
