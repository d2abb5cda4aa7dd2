import { type Document, slaTell } from '../../grammar/index.ts';
import { documentRoute } from '../../language-door/http.ts';
import { languageDoor, type Receiver, type Repeats } from '../../language-door/receiver.ts';
import { notUnderstood, type Reply } from '../../language-door/reply.ts';
import { textConversation } from '../../language-door/text.ts';
import { documentSocket } from '../../language-door/websocket.ts';
import type { Log } from '../../platform/log.ts';
import { openDoors } from '../support/doors.ts';

/** The language door of a service that is a function, at `/service` and `/service/ws`. */
export function openLanguageDoors(receive: Receiver, log?: Log, repeats?: Repeats) {
  const door = languageDoor(receive, repeats);
  return openDoors(
    {
      text: textConversation(door),
      routes: [documentRoute('/service', door)],
      sockets: [documentSocket('/service/ws', { answerBytes: 100_000 }, door)],
    },
    log,
  );
}

/** A service that takes version 0.1 alone. */
export function speakingOld(receive: (document: Document) => Promise<readonly Reply[]>): Receiver {
  return async (document) =>
    'envelope' in document
      ? [notUnderstood({ language: document.language, id: document.envelope.id })]
      : receive(document);
}

/** Answers a Tell by nothing, and an Ask by as many Tells as its application says. */
export async function countingOld(document: Document): Promise<Document[]> {
  if (document.action === 'Tell') return [];
  const count = Number(document.application);
  return Array.from({ length: count }, (_, index) =>
    slaTell({ application: document.application, brokerIp: { host: '193.10.66.141', port: index + 1 } }),
  );
}
export const counting = speakingOld(countingOld);

export const tell = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 193.10.66.141:7685\n';
export const ask = (application: string | number) =>
  `SLA-version: 0.1\nAction: Ask\nApplication: ${application}\n`;
export const answer = (application: string | number, port: number) =>
  `SLA-version: 0.1\nAction: Tell\nApplication: ${application}\nBroker-IP: 193.10.66.141:${port}\n`;
