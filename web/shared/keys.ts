/** Keys that a page takes. They are off where something is written or chosen, and with Ctrl, Alt or Meta. */
import { useLayoutEffect } from 'preact/hooks';

/** Calls `act` for every key that is pressed. */
export function usePressed(act: (event: KeyboardEvent) => void): void {
  // At once: a key that is pressed before the browser has drawn is for the page as it is now, not for the one before.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event;
      const writing =
        target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable]') !== null;
      if (writing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      act(event);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}

/** Single keys and the addresses that they lead to; undefined ones lead nowhere. */
export function useKeys(addresses: Readonly<Record<string, string | undefined>>): void {
  usePressed(({ key }) => {
    const address = addresses[key];
    if (address !== undefined) location.hash = address;
  });
}
