import type pg from 'pg'
import { translateDatabaseError } from './database-errors.ts'

const monthsAhead = 3

/** Makes the months of events to come, and moves events into them that came before. Returns how many it made. */
export async function ensureEventMonths(pool: pg.Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ made: number }>({ ...ensure, values: [monthsAhead] })
    return rows[0]?.made ?? 0
  } catch (error) {
    throw translateDatabaseError(error)
  }
}

const ensure = { name: 'ensure-event-months', text: 'select ensure_event_months(0, $1) as made' }
