export { infogatherDoors } from './doors.ts';
export { Infogather } from './infogather.ts';
export type { PollLine } from './poll-line.ts';
