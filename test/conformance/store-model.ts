import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { Sql, Store } from '../../platform/store/store.ts';

interface Change {
  readonly kind: 'add' | 'add, then fail' | 'remove';
  readonly name: string;
  readonly amount: number;
}

/** One thing done to a store: change an amount, fail having done so, ask for all, or let a turn go by. */
export type Step = Change | { readonly kind: 'ask' } | { readonly kind: 'turn' };

const name = fc.constantFrom('a', 'b', 'c');

/** Amounts may be negative, so that a sum below zero breaks the table's constraint. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: change('add') },
  { weight: 1, arbitrary: change('add, then fail') },
  { weight: 1, arbitrary: change('remove') },
  { weight: 2, arbitrary: fc.constant({ kind: 'ask' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'turn' as const }) },
);

function change(kind: Change['kind']): fc.Arbitrary<Change> {
  return fc.record({ kind: fc.constant(kind), name, amount: fc.integer({ min: -5, max: 9 }) });
}

/** The outcome of each step, as a line. */
export async function applied(store: Store, steps: readonly Step[]): Promise<string[]> {
  const outcomes: Promise<string>[] = [];
  for (const each of steps) {
    if (each.kind === 'turn') await turn();
    else if (each.kind === 'ask') outcomes.push(store.read(listed));
    else outcomes.push(store.write((sql) => changed(sql, each)).catch(() => 'failed'));
  }
  outcomes.push(store.read(listed));
  return Promise.all(outcomes);
}

function changed(sql: Sql, { kind, name: item, amount }: Change): string {
  if (kind === 'remove') return `removed ${sql.run('DELETE FROM items WHERE name = @item', { item })}`;
  const insert = 'INSERT INTO items (name, amount) VALUES (@item, @amount)';
  const update = 'UPDATE items SET amount = amount + @amount WHERE name = @item';
  if (sql.run(update, { item, amount }) === 0) sql.run(insert, { item, amount });
  if (kind === 'add, then fail') throw new Error('as it was to');
  return 'added';
}

function listed(sql: Sql): string {
  const rows = sql.all<{ name: string; amount: number }>('SELECT name, amount FROM items ORDER BY name');
  return rows.map((row) => `${row.name}=${row.amount}`).join(' ');
}

/** The same outcomes from a Map. */
export function modelled(steps: readonly Step[]): string[] {
  const items = new Map<string, number>();
  const list = () =>
    [...items]
      .sort()
      .map(([item, amount]) => `${item}=${amount}`)
      .join(' ');
  const outcomes: string[] = [];
  for (const each of steps) {
    if (each.kind === 'turn') continue;
    if (each.kind === 'ask') outcomes.push(list());
    else if (each.kind === 'remove') outcomes.push(`removed ${items.delete(each.name) ? 1 : 0}`);
    else outcomes.push(add(items, each));
  }
  return [...outcomes, list()];
}

function add(items: Map<string, number>, { kind, name: item, amount }: Change): string {
  const sum = (items.get(item) ?? 0) + amount;
  if (sum < 0 || kind === 'add, then fail') return 'failed';
  items.set(item, sum);
  return 'added';
}
