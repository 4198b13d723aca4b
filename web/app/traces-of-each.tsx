/** How many traces each retriever is asked for. */
export function TracesOfEach({ k, change }: { k: number; change: (k: number) => void }) {
  return (
    <label>
      Traces of each
      <input
        type="number"
        min={1}
        max={20}
        required
        value={k}
        onInput={(event) => change(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
