import type { RegexBounds } from './bounds.ts';
import { type CharacterClass, characterClass, oneCharacter } from './character-class.ts';
import { readClass } from './read-class.ts';
import { readEscape } from './read-escape.ts';
import { type Assertion, RegexFault, type Syntax } from './syntax.ts';

interface Flags {
  readonly insensitive: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

const anything = characterClass([], false, true);
const line = characterClass([{ sets: [[0x0a, 0x0a]], negated: true }]);
const escapedAssertions = new Map<string, Assertion>([
  ['A', 'start'],
  ['z', 'end'],
  ['b', 'boundary'],
  ['B', 'notBoundary'],
]);

/** Reads an expression in the syntax of RE2 (its page "Syntax"), or throws a RegexFault. */
export function readRegex(source: string, insensitive: boolean, bounds: RegexBounds): Syntax {
  return new Reader(source, bounds).whole({ insensitive, multiline: false, dotAll: false });
}

class Reader {
  readonly #source: string;
  readonly #bounds: RegexBounds;
  /** By code point, alone or in either case: a character that stands often is one class. */
  readonly #characters = [new Map<number, CharacterClass>(), new Map<number, CharacterClass>()] as const;
  #at = 0;

  constructor(source: string, bounds: RegexBounds) {
    this.#source = source;
    this.#bounds = bounds;
  }

  whole(flags: Flags): Syntax {
    const syntax = this.#either(flags, 0);
    if (this.#at < this.#source.length)
      throw this.#fault("a ')' closes no group: write '\\)' for the character");
    return syntax;
  }

  #fault(message: string, at = this.#at): RegexFault {
    return new RegexFault(message, at);
  }

  #either(begin: Flags, depth: number): Syntax {
    let flags = begin;
    const branches: Syntax[] = [];
    let items: Syntax[] = [];
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#source[this.#at] === '|') {
        this.#at += 1;
        branches.push({ kind: 'sequence', items });
        items = [];
        continue;
      }
      const item = this.#item(flags, depth);
      if (!('kind' in item)) flags = item;
      else items.push(this.#repeated(item));
    }
    branches.push({ kind: 'sequence', items });
    return branches.length === 1 && branches[0] !== undefined
      ? branches[0]
      : { kind: 'either', items: branches };
  }

  /** One character, class, assertion or group; flags where `(?i)` changes them for what follows. */
  #item(flags: Flags, depth: number): Syntax | Flags {
    const source = this.#source;
    const at = this.#at;
    const character = source[at] ?? '';
    switch (character) {
      case '(':
        return this.#group(flags, depth);
      case '[': {
        const { of, end } = readClass(source, at, flags.insensitive);
        this.#at = end;
        return { kind: 'character', of };
      }
      case '.':
        this.#at += 1;
        return {
          kind: 'character',
          of: flags.dotAll ? anything : line,
        };
      case '^':
        this.#at += 1;
        return { kind: 'assertion', assertion: flags.multiline ? 'lineStart' : 'start' };
      case '$':
        this.#at += 1;
        return { kind: 'assertion', assertion: flags.multiline ? 'lineEnd' : 'end' };
      case '*':
      case '+':
      case '?':
        throw this.#fault(`'${character}' repeats what stands before it, and nothing does`);
      case '\\':
        return this.#escape(flags);
      default:
        return this.#literal(flags, source.codePointAt(at) ?? 0);
    }
  }

  #literal(flags: Flags, code: number): Syntax {
    this.#at += code > 0xffff ? 2 : 1;
    return this.#character(flags, code);
  }

  #character({ insensitive }: Flags, code: number): Syntax {
    const known = this.#characters[insensitive ? 1 : 0];
    const of = known.get(code) ?? oneCharacter(code, insensitive);
    known.set(code, of);
    return { kind: 'character', of };
  }

  #escape(flags: Flags): Syntax {
    const source = this.#source;
    const letter = source[this.#at + 1] ?? '';
    const assertion = escapedAssertions.get(letter);
    if (assertion !== undefined) {
      this.#at += 2;
      return { kind: 'assertion', assertion };
    }
    if (letter === 'Q') return this.#quoted(flags);
    const escaped = readEscape(source, this.#at);
    this.#at = escaped.end;
    if (escaped.kind === 'character') return this.#character(flags, escaped.code);
    return { kind: 'character', of: characterClass([escaped.member], flags.insensitive) };
  }

  /** `\Q…\E`: the text between as it is. A quantifier after it repeats its last character. */
  #quoted(flags: Flags): Syntax {
    const close = this.#source.indexOf('\\E', this.#at + 2);
    const end = close < 0 ? this.#source.length : close;
    this.#at += 2;
    const items: Syntax[] = [];
    while (this.#at < end) {
      const item = this.#literal(flags, this.#source.codePointAt(this.#at) ?? 0);
      items.push(item);
    }
    this.#at = close < 0 ? end : end + 2;
    const last = items.pop();
    if (last === undefined) return { kind: 'empty' };
    return { kind: 'sequence', items: [...items, this.#repeated(last)] };
  }

  #group(flags: Flags, depth: number): Syntax | Flags {
    const begin = this.#at;
    if (depth >= this.#bounds.nesting) throw this.#fault(`groups nest at most ${this.#bounds.nesting} deep`);
    const inside = this.#groupFlags(flags);
    if (this.#source[this.#at] === ')' && inside !== flags && this.#source[this.#at - 1] !== ':') {
      this.#at += 1;
      return inside;
    }
    const item = this.#either(inside, depth + 1);
    if (this.#source[this.#at] !== ')') throw this.#fault("a '(' has no ')'", begin);
    this.#at += 1;
    return item.kind === 'sequence' ? { kind: 'either', items: [item] } : item;
  }

  /** What a group begins with: `(`, `(?:`, `(?P<name>`, `(?<name>`, `(?i:` or `(?i`. */
  #groupFlags(flags: Flags): Flags {
    const rest = this.#source.slice(this.#at, this.#at + 64);
    if (!rest.startsWith('(?')) {
      this.#at += 1;
      return flags;
    }
    if (/^\(\?<?[=!]/.test(rest)) {
      throw this.#fault('looking ahead or back cannot be done in linear time: it is not in the language');
    }
    const named = /^\(\?P?<[A-Za-z_][A-Za-z0-9_]*>/.exec(rest);
    if (named !== null) {
      this.#at += named[0].length;
      return flags;
    }
    const found = /^\(\?([imsU]*)(?:-([imsU]+))?(:|(?=\)))/.exec(rest);
    if (found === null)
      throw this.#fault("'(?' begins a group such as '(?:…)' or '(?i:…)', and this is none");
    this.#at += found[0].length;
    const [on = '', off = ''] = [found[1], found[2]];
    const flag = (letter: string, before: boolean) =>
      !off.includes(letter) && (on.includes(letter) || before);
    return {
      insensitive: flag('i', flags.insensitive),
      multiline: flag('m', flags.multiline),
      dotAll: flag('s', flags.dotAll),
    };
  }

  #repeated(item: Syntax): Syntax {
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return item;
    const at = this.#at;
    if (this.#quantifier() !== undefined) {
      throw this.#fault(
        'a quantifier after a quantifier is read in two ways: put the inner one in brackets',
        at,
      );
    }
    return { kind: 'repeat', item, ...quantifier };
  }

  #quantifier(): { least: number; most: number } | undefined {
    const source = this.#source;
    const begin = this.#at;
    const simple = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[source[begin] ?? ''];
    if (simple !== undefined) this.#at += 1;
    const [least = 0, most = 0] = simple ?? this.#counts() ?? [];
    if (this.#at === begin) return undefined;
    const bound = this.#bounds.repetitions;
    if (least > bound || (most > bound && most !== Infinity)) {
      throw this.#fault(`a repetition counts to ${bound} at most`, begin);
    }
    if (least > most) throw this.#fault('a repetition goes from the lower number to the higher', begin);
    // A lazy quantifier finds the same texts.
    if (source[this.#at] === '?') this.#at += 1;
    return { least, most };
  }

  /** `{n}`, `{n,}` or `{n,m}`; braces of another form stand for themselves, as in RE2. */
  #counts(): [number, number] | undefined {
    if (this.#source[this.#at] !== '{') return undefined;
    const found = /^\{([0-9]{1,10})(?:(,)([0-9]{0,10}))?\}/.exec(this.#source.slice(this.#at, this.#at + 26));
    if (found === null) return undefined;
    this.#at += found[0].length;
    const least = Number(found[1]);
    if (found[2] === undefined) return [least, least];
    return [least, found[3] === '' ? Infinity : Number(found[3])];
  }
}
