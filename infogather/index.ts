export { infogatherDoors } from './doors.ts';
export { Infogather, type PollLine } from './infogather.ts';
