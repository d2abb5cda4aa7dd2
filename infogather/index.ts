export { infogatherDoors } from './doors.ts';
export { Infogather } from './infogather.ts';
export { documentsOf } from './poll-answer.ts';
export type { PollLine } from './poll-line.ts';
