import type { Admission, Listen, Sender } from '../../../platform/doors/door.ts';
import type { Line } from '../../../platform/doors/line.ts';
import {
  createTextDoor,
  type Splitter,
  type TextLimits,
  type TextReply,
} from '../../../platform/doors/text.ts';
import { anyPort, lineSplitter, memoryLog, openAdmission, textLimits } from './support.ts';

type Receive = (message: string, sender: Sender, line: Line) => Promise<TextReply>;

export const echo: Receive = async (message) => ({ text: [message, '\n'] });

/** A text door, open. */
export interface GivenTextDoor extends AsyncDisposable {
  readonly listening: Listen;
  readonly log: ReturnType<typeof memoryLog>;
  stop(): Promise<void>;
}

/** Each line is a message; it comes back unless `receive` says otherwise. */
export async function givenTextDoor(
  receive: Receive = echo,
  options: {
    readonly limits?: Partial<TextLimits>;
    readonly admission?: Admission;
    readonly split?: () => Splitter<string>;
    readonly listen?: Listen;
  } = {},
): Promise<GivenTextDoor> {
  const log = memoryLog();
  const door = createTextDoor({
    name: 'the test door',
    listen: options.listen ?? anyPort,
    limits: { ...textLimits, ...options.limits },
    admission: options.admission ?? openAdmission,
    split: options.split ?? lineSplitter,
    receive,
    log,
  });
  await door.start();
  return {
    listening: door.listening,
    log,
    stop: () => door.stop(),
    [Symbol.asyncDispose]: () => door.stop(),
  };
}
