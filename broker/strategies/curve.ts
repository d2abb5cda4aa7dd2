/** A point of a curve: at so many hundredths taken, so many hundredths of the list price. */
interface Point {
  readonly at: number;
  readonly factor: number;
}

/** Points, each further than the one before; at least one. */
export type Curve = readonly Point[];

/** The most that a curve makes of a price, in hundredths. */
const mostFactor = 100_000;

/** More points than that are no curve that a person wrote. */
const mostPoints = 101;

/** A curve of texts such as '80=150', or what is wrong with them; none where there is no point. */
export function curveOf(texts: readonly string[]): Curve | { readonly problem: string } | undefined {
  if (texts.length === 0) return undefined;
  if (texts.length > mostPoints)
    return { problem: `has ${texts.length} points; at most ${mostPoints} are allowed` };
  const points: Point[] = [];
  for (const text of texts) {
    const [, at, factor] = /^(\d{1,3}) ?= ?(\d{1,6})$/.exec(text) ?? [];
    const point = { at: Number(at), factor: Number(factor) };
    if (at === undefined || point.at > 100 || point.factor > mostFactor)
      return {
        problem: `'${text}' is no point: write how much is taken and how much of the price is asked then, in hundredths, such as 80=150`,
      };
    if (point.at <= (points.at(-1)?.at ?? -1))
      return { problem: `${text} does not come after the point before it: write them in order` };
    points.push(point);
  }
  return points;
}

/**
 * An amount as the curve makes it at so many hundredths taken: between two points by the straight line through them, before
 * the first and after the last by these. Exact, then rounded to the nearest whole; it never falls where the points do not.
 */
export function alongCurve(curve: Curve, utilisation: number, nano: bigint): bigint {
  const after = curve.find(({ at }) => at >= utilisation) ?? curve.at(-1);
  const before = curve.findLast(({ at }) => at <= utilisation) ?? curve[0];
  if (before === undefined || after === undefined) return nano;
  const width = BigInt(Math.max(1, after.at - before.at));
  const into = BigInt(Math.max(0, Math.min(utilisation, after.at) - before.at));
  const factor = BigInt(before.factor) * width + BigInt(after.factor - before.factor) * into;
  const whole = 100n * width;
  return (2n * nano * factor + whole) / (2n * whole);
}
