/** What is to happen to subscriptions at a boundary that lies ahead. */
export { cancelSchedule } from './cancel-schedule.ts'
export { type DueBoundary, holdDueSchedules } from './due-schedules.ts'
export {
  type FinishedSchedule,
  finishSchedules,
  insertSchedules,
  type NewSchedule,
  withdrawSchedules,
} from './schedule-writes.ts'
export {
  getSchedule,
  holdPendingSchedule,
  type ScheduleRow,
  type ScheduleSearch,
  searchSchedules,
} from './schedules.ts'
