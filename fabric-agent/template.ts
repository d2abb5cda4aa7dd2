/** An application as its owner describes it: a command line in which the user's arguments have places of their own. */
export interface Template {
  /** The program, then its arguments; `{name}` takes one argument, `{name...}` all that are left. */
  readonly argv: readonly string[];
  /** The image in which it runs, which may have places too, whose arguments come before those of the command line. */
  readonly image?: string | undefined;
  /** For each place the expression that all of an argument must match. */
  readonly arguments: Readonly<Record<string, string>>;
}

export type Filled =
  | { readonly argv: string[]; readonly image?: string | undefined }
  | { readonly reason: string };

/** Puts the user's arguments into their places. */
export type FillTemplate = (words: readonly string[]) => Filled;

const place = /\{([A-Za-z][A-Za-z0-9_-]*)(\.\.\.)?\}/g;

/**
 * Reads a template. An argument of the user stays within one argument of the program, whatever is in it: there is no
 * shell, nothing is split. What it may be, a leading dash among it, is the business of the place's expression.
 */
export function readTemplate(
  template: Template,
): { readonly fill: FillTemplate } | { readonly reason: string } {
  const single: string[] = [];
  let rest: string | undefined;
  const { image } = template;
  if (image !== undefined && /\.\.\.\}/.test(image)) return { reason: 'an image is one word' };
  const all =
    image === undefined ? template.argv : [template.argv[0] ?? '', image, ...template.argv.slice(1)];
  for (const [index, word] of all.entries()) {
    for (const [found, name, many] of word.matchAll(place)) {
      if (index === 0) return { reason: 'the program itself is no place for an argument' };
      if (many === undefined) {
        if (!single.includes(name!)) single.push(name!);
      } else if (found !== word) return { reason: `${found} must stand alone` };
      else if (rest !== undefined) return { reason: `${found} is the second rest; there may be one` };
      else rest = name!;
    }
    if (/[{}]/.test(word.replaceAll(place, '')))
      return { reason: `'${word}' holds a brace that is no place such as {file}` };
  }
  if (rest !== undefined && single.includes(rest))
    return { reason: `{${rest}} is both one argument and the rest` };
  const names = rest === undefined ? single : [...single, rest];
  const unused = Object.keys(template.arguments).find((name) => !names.includes(name));
  if (unused !== undefined) return { reason: `'${unused}' has an expression, but no place in argv` };

  const expressions = new Map<string, RegExp>();
  for (const name of names) {
    const source = Object.hasOwn(template.arguments, name) ? template.arguments[name] : undefined;
    if (source === undefined)
      return { reason: `'${name}' has a place in argv, but no expression in arguments` };
    try {
      // Read by itself first: ')|(' would be no expression, but would become one between the anchors.
      new RegExp(source, 'u');
      expressions.set(name, new RegExp(`^(?:${source})$`, 'u'));
    } catch (cause) {
      return { reason: `the expression of '${name}' cannot be read: ${(cause as Error).message}` };
    }
  }
  return {
    fill(words) {
      const filled = fill(all, { single, rest, expressions }, words);
      return image === undefined || 'reason' in filled ? filled : withImage(filled.argv);
    },
  };
}

/** A name of an image, with a tag, a digest or neither; never an option. */
const imageName = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,499}$/;

/** By these podman takes images from files of this machine, of its user, and gives them any name that stands in there. */
const ofThisMachine =
  /^(?:dir|docker-archive|docker-daemon|oci|oci-archive|containers-storage|ostree|sif|tarball):/i;

/** The image stands behind the program. */
function withImage([program = '', image = '', ...words]: readonly string[]): Filled {
  if (!imageName.test(image) || image.includes(':/') || ofThisMachine.test(image))
    return { reason: 'this is no name of an image' };
  return { argv: [program, ...words], image };
}

interface Places {
  readonly single: readonly string[];
  readonly rest: string | undefined;
  readonly expressions: ReadonlyMap<string, RegExp>;
}

function fill(
  argv: readonly string[],
  { single, rest, expressions }: Places,
  words: readonly string[],
): Filled {
  const wanted = single.map((name) => `{${name}}`).join(' ');
  if (words.length < single.length || (rest === undefined && words.length > single.length)) {
    const most = rest === undefined ? `takes ${single.length}` : `takes ${single.length} or more`;
    return {
      reason: `${words.length} arguments were given; it ${most}${wanted === '' ? '' : `: ${wanted}`}`,
    };
  }
  for (const [index, word] of words.entries()) {
    const name = single[index] ?? rest!;
    if (!expressions.get(name)!.test(word))
      return {
        reason: `argument ${index + 1} does not match what {${name}} may be: ${expressions.get(name)!.source}`,
      };
  }
  const values = new Map(single.map((name, index) => [name, words[index]!]));
  const filled = argv.flatMap((part) =>
    part === `{${rest}...}`
      ? words.slice(single.length)
      : [part.replaceAll(place, (_, name: string) => values.get(name)!)],
  );
  return { argv: filled };
}
