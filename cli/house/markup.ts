/** Text of HTML in which everything that is not meant as markup is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Fragment = string | Markup | readonly Fragment[];

/** HTML with what is put into it escaped, unless it is HTML itself. */
export function html(words: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  const parts = words.map((word, index) => word + textOf(values[index] ?? ''));
  return new Markup(parts.join(''));
}

/** A sentence as it stands in sources: what is between backticks is code. */
export function prose(sentence: string): Markup {
  const pieces = sentence.split('`');
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? piece : html`<code>${piece}</code>`))}`;
}

function textOf(value: Fragment): string {
  if (value instanceof Markup) return value.text;
  if (typeof value !== 'string') return value.map(textOf).join('');
  return value.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
