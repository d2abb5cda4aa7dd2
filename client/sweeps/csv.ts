import { SweepError } from './faults.ts';
import { type Sweep, taskNumber } from './sweep.ts';
import { parameterName } from './words.ts';

/** A record of a CSV file. */
export interface CsvRecord {
  readonly fields: readonly string[];
  /** The line in which it begins, from 1. */
  readonly line: number;
}

/** Characters of a record. */
const longestRecord = 1024 * 1024;

/**
 * Reads CSV (RFC 4180) as it comes, in pieces: fields with commas between them, in quotes where they hold a comma, a line
 * end or a quote, which is doubled then. Lines end with CRLF or LF; empty ones are passed over.
 */
export class CsvReader {
  #fields: string[] = [];
  #field = '';
  #state: 'begin' | 'plain' | 'quoted' | 'closed' = 'begin';
  #line = 1;
  #begun = 1;
  #length = 0;
  #isCarriage = false;

  /** The records that a piece ends. Throws a SweepError where it is no CSV. */
  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const character of text) this.#take(character, records);
    return records;
  }

  /** The last record, where the file does not end with a line end. */
  end(): CsvRecord[] {
    if (this.#state === 'quoted') throw fault('the quote of this field has no end', this.#begun);
    const records: CsvRecord[] = [];
    this.#endLine(records);
    return records;
  }

  #take(character: string, records: CsvRecord[]): void {
    this.#length += character.length;
    if (this.#length > longestRecord)
      throw fault(`a record has at most ${longestRecord} characters`, this.#begun);
    if (this.#state === 'quoted') {
      if (character === '"') this.#state = 'closed';
      else this.#field += character;
      if (character === '\n') this.#line += 1;
      return;
    }
    if (character === '\r' && !this.#isCarriage) {
      this.#isCarriage = true;
      return;
    }
    if (character === '\n') {
      this.#isCarriage = false;
      this.#endLine(records);
      this.#line += 1;
      [this.#begun, this.#length] = [this.#line, 0];
      return;
    }
    if (this.#isCarriage) throw fault('a carriage return stands within a line', this.#line);
    if (character === ',') this.#endField();
    else if (character === '"' && this.#state === 'closed') {
      this.#field += '"';
      this.#state = 'quoted';
    } else if (character === '"' && this.#state === 'begin') this.#state = 'quoted';
    else if (this.#state === 'closed')
      throw fault('something stands behind the quote that ends a field', this.#line);
    else if (character === '"')
      throw fault('a quote stands within a field that does not begin with one', this.#line);
    else {
      this.#field += character;
      this.#state = 'plain';
    }
  }

  #endField(): void {
    this.#fields.push(this.#field);
    [this.#field, this.#state] = ['', 'begin'];
  }

  #endLine(records: CsvRecord[]): void {
    if (this.#fields.length === 0 && this.#state === 'begin') return;
    this.#endField();
    records.push({ fields: this.#fields, line: this.#begun });
    this.#fields = [];
  }
}

function fault(message: string, line: number, source = ''): SweepError {
  return new SweepError([{ message, line, column: 1, source }]);
}

/** A sweep whose parameters are the rows of a CSV file: the first names them. `open` gives the text, in pieces, each time. */
export async function readCsv(open: () => AsyncIterable<string>): Promise<Sweep> {
  let names: readonly string[] = [];
  for await (const { fields } of recordsOf(open())) {
    names = namesIn(fields);
    break;
  }
  if (names.length === 0) throw fault('the first line names the parameters, and there is none', 1);
  const nothing = { command: undefined, inputs: [], ownInputs: [], outputs: undefined };
  return { ...nothing, names, rows: () => rowsOf(open(), names.length) };
}

async function* rowsOf(pieces: AsyncIterable<string>, columns: number): AsyncGenerator<readonly string[]> {
  let isFirst = true;
  for await (const { fields, line } of recordsOf(pieces)) {
    if (fields.length !== columns)
      throw fault(`this row has ${fields.length} fields, and the first ${columns}`, line, fields.join());
    if (!isFirst) yield fields;
    isFirst = false;
  }
}

async function* recordsOf(pieces: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const reader = new CsvReader();
  let isFirst = true;
  for await (const piece of pieces) {
    yield* reader.push(isFirst ? piece.replace(/^\uFEFF/, '') : piece);
    isFirst = false;
  }
  yield* reader.end();
}

function namesIn(fields: readonly string[]): readonly string[] {
  const names = fields.map((field) => field.trim());
  for (const [index, name] of names.entries()) {
    const which = `column ${index + 1}, '${name.slice(0, 40)}',`;
    if (!parameterName.test(name))
      throw fault(
        `${which} is no name of a parameter: letters, digits and _, no digit first`,
        1,
        fields.join(),
      );
    if (name === taskNumber) throw fault(`${which} is the number of the task`, 1, fields.join());
    if (names.indexOf(name) < index) throw fault(`${which} is named twice`, 1, fields.join());
  }
  return names;
}

/** A row of CSV. */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join();
}
