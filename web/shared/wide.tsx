/** What may be wider than the window. */
import type { ComponentChildren } from 'preact';

/** Scrolls by itself, so that the page does not: by the keys too, since it takes the focus, and readers of the screen are told its name. */
export function Wide({ name, class: own, children }: { name: string; class?: string; children: ComponentChildren }) {
  return (
    <div class={own === undefined ? 'wide' : `wide ${own}`} tabIndex={0} role="region" aria-label={name}>
      {children}
    </div>
  );
}
