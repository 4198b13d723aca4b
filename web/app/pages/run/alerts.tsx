/** What a person should look at in a run, and what to do about it. */
import type { RunAlert } from '../../../../src/serve/runs/overview-schemas.js';

const HEADINGS = { failed: 'Failed', stopped: 'Stopped', warning: 'Warning' } as const;

export function Alerts({ alerts, log }: { alerts: readonly RunAlert[]; log?: string | undefined }) {
  const failed = alerts.some(({ kind }) => kind !== 'warning');
  if (alerts.length === 0) return null;
  return (
    <section aria-label="Alerts">
      <h2>Alerts</h2>
      {alerts.map(({ kind, code, where, text, hint }) => (
        <div key={`${code} ${where}`} class={`notice ${kind === 'warning' ? 'warning' : 'wrong'}`}>
          <p>
            <strong>
              {HEADINGS[kind]}: {where}
            </strong>{' '}
            <span class="note">{code}</span>
          </p>
          <p class="breaks">{text}</p>
          {hint !== undefined && <p class="breaks">{hint}</p>}
        </div>
      ))}
      {failed && log !== undefined && (
        <details>
          <summary>what it printed last (run.log)</summary>
          <pre>{log}</pre>
        </details>
      )}
    </section>
  );
}
