/** What is to happen to subscriptions at a boundary that lies ahead, and when they stand still. */
export { cancelSchedule } from './cancel-schedule.ts'
export { type DueBoundary, dueSchedules } from './due-schedules.ts'
export {
  endPauses,
  findOpenPause,
  insertPause,
  listPauses,
  type NewPause,
  type PauseChanges,
  type PauseRow,
  turnPauses,
  updatePause,
} from './pauses.ts'
export {
  type FinishedSchedule,
  finishSchedules,
  insertSchedules,
  type NewSchedule,
  schedulesInserted,
  schedulesWithdrawn,
  withdrawSchedules,
} from './schedule-writes.ts'
export {
  getSchedule,
  holdPendingSchedule,
  listPendingSchedules,
  type ScheduleRow,
  type ScheduleSearch,
  searchSchedules,
} from './schedules.ts'
