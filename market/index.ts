export { marketDoors } from './doors.ts';
export { Market } from './market.ts';
export { marketSettings } from './settings.ts';
