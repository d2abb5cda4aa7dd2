/** What is said behind the `?` of a path: what is undefined or null is left out. */
export function queryOf(said: Readonly<Record<string, string | number | null | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(said)) if (value != null) query.set(name, `${value}`);
  return query;
}
