/** Does something with the first so many of two rows of numbers, and leaves in `a` what it comes to. */
export type OfTwo = (a: Float64Array, b: Float64Array, count: number) => void;

/** By operator. NaN stands for UNKNOWN: a result that is not finite is that, and so is all that is made of it. */
export const arithmetic: Readonly<Record<string, OfTwo>> = {
  '+': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = finite((a[at] as number) + (b[at] as number));
  },
  '-': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = finite((a[at] as number) - (b[at] as number));
  },
  '*': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = finite((a[at] as number) * (b[at] as number));
  },
  '/': (a, b, count) => {
    for (let at = 0; at < count; at += 1) a[at] = finite((a[at] as number) / (b[at] as number));
  },
};

function finite(value: number): number {
  return value - value === 0 ? value : Number.NaN;
}
