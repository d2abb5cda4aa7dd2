import type { Socket } from 'node:net';
import { InflowBroken, nextPiece } from '../../client/host/inflow.ts';
import { TarFault } from '../../client/host/tar-fault.ts';
import { type UnpackBounds, Unpacker, WriteFailed } from '../../client/host/unpack.ts';
import { Refusal } from '../../platform/failure.ts';
import { reservedFolder } from '../../protocol/tar-guard.ts';

export interface IntakeLimits extends UnpackBounds {
  /** Arguments (a count). */
  readonly argumentCount: number;
  /** Bytes of one argument. */
  readonly argumentBytes: number;
  /** Bytes of all arguments. */
  readonly argumentsBytes: number;
  /** How long, in milliseconds, a client may send nothing. */
  readonly idleMs: number;
}

export interface Intake {
  readonly words: readonly string[];
  /** Whether anything else came than arguments. */
  readonly hasFiles: boolean;
}

const argumentsName = `${reservedFolder}/arguments`;

/** Takes an archive from a connection into a folder. Throws a `Refusal` that says what is wrong with it. */
export async function takeIn(
  socket: Socket,
  folder: string,
  limits: IntakeLimits,
  signal: AbortSignal,
): Promise<Intake> {
  const unpacker = new Unpacker({
    folder,
    bounds: limits,
    links: true,
    texts: new Map([[argumentsName, limits.argumentsBytes]]),
    reservedFiles: [],
  });
  try {
    while (!unpacker.ended) {
      const piece = await nextPiece(socket, limits.idleMs, signal);
      if (piece !== undefined) await unpacker.push(piece);
      else if (!unpacker.started) throw refuse('nothing was sent');
      else unpacker.end();
    }
  } catch (cause) {
    if (cause instanceof TarFault || cause instanceof InflowBroken) throw refuse(cause.message);
    if (cause instanceof WriteFailed) throw refuse(`${cause.message} on this host`, 'unavailable');
    throw cause;
  } finally {
    await unpacker.abandon();
  }
  const text = unpacker.texts.get(argumentsName);
  return {
    words: readArguments(text ?? Buffer.alloc(0), limits),
    hasFiles: unpacker.entries > (text === undefined ? 0 : 1),
  };
}

/** One argument a line; the last line may lack its end, and an empty line is an empty argument. */
function readArguments(bytes: Buffer, limits: IntakeLimits): string[] {
  if (bytes.length === 0) return [];
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse(`${argumentsName} is not UTF-8`);
  }
  const words = text.replace(/\n$/, '').split('\n');
  if (words.length > limits.argumentCount)
    throw refuse(`there are ${words.length} arguments; at most ${limits.argumentCount} are taken`);
  for (const [index, word] of words.entries()) {
    if (/[\p{Cc}--\t]/v.test(word))
      throw refuse(`argument ${index + 1} holds a control character; lines end with LF alone`);
    if (Buffer.byteLength(word) > limits.argumentBytes)
      throw refuse(`argument ${index + 1} is longer than ${limits.argumentBytes} bytes`);
  }
  return words;
}

function refuse(detail: string, code: 'work-refused' | 'unavailable' = 'work-refused'): Refusal {
  return new Refusal({ code, status: code === 'unavailable' ? 503 : 422, detail });
}
