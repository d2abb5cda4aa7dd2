/** Whether the owner of this node has it take tasks just now. */
export interface Willingness {
  /** Why it takes none, as a sentence; undefined where it does. */
  readonly unwilling: string | undefined;
  /** Calls `changed` whenever that may have changed; returns what ends it. */
  onChange(changed: () => void): () => void;
}

/** What stays as it is while the agent runs. */
export function always(unwilling: string | undefined): Willingness {
  return { unwilling, onChange: () => () => {} };
}

/** Tasks are taken while none of these is against it; the first that is says why. */
export function allWilling(all: readonly Willingness[]): Willingness {
  return {
    get unwilling() {
      return all.find(({ unwilling }) => unwilling !== undefined)?.unwilling;
    },
    onChange(changed) {
      const ends = all.map((one) => one.onChange(changed));
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
