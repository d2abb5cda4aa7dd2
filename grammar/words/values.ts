const charged: readonly (readonly [unit: RegExp, words: string])[] = [
  [/\/cpu-h$/, ' per cpu-hour'],
  [/\/gpu-h$/, ' per gpu-hour'],
  [/\/GiB-h$/, ' per hour and GiB of memory'],
  [/\/h$/, ' per hour'],
  [/\/task$/, ' per task'],
  [/\/job$/, ' per job'],
];

/** A value as people write it in a sentence: a text without its quotes, a rate of money by its words. */
export function plainText(text: string): string {
  if (text.startsWith('"')) {
    const said = JSON.parse(text.replaceAll('\t', '\\t')) as string;
    return /^[\p{L}\p{N}_./+-]+$/u.test(said) ? said : text;
  }
  const [unit, words] = (/^-?[0-9.]+ [A-Z]/.test(text) && charged.find(([end]) => end.test(text))) || [];
  return unit === undefined || words === undefined ? text : text.replace(unit, words);
}
