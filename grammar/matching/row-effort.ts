import { conditionEffort } from './effort.ts';
import type { Supply } from './supply.ts';

/**
 * What expressions take of a row, of which these are the texts, with what is known of the one side, and the names that they
 * read of the other: where no fact of these is large, as much for all rows.
 */
export function rowEffort(texts: string, names: readonly string[], supply: Supply): (row: number) => number {
  const weight = conditionEffort(texts);
  // A column may come after the condition was compiled.
  const columns = names.map((name) => supply.column(name));
  return (row) => {
    let facts = 1;
    for (let place = 0; place < columns.length; place += 1) {
      columns[place] ??= supply.column(names[place] as string);
      const column = columns[place];
      if (column?.isLarge === true) facts += column.effortOf(column.at(row));
    }
    return facts * weight;
  };
}
