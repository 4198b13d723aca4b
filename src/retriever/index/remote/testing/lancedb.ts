/** Whether LanceDB is installed; docs/retrievers.md says how. */
import { loadLance } from '../lancedb-module.js';

export const lanceIsThere = isThere();

function isThere(): boolean {
  try {
    loadLance(1);
    return true;
  } catch {
    return false;
  }
}
