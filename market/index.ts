export { marketDoors } from './doors.ts';
export { Market } from './market.ts';
