import { invalid } from '@flexprice/domain'

/** The beginning of a day of UTC that is written as a number, 20270131. @throws validation_error for what is no day */
export function startOfDay(path: string, day: number): Date {
  const text = String(day)
    .padStart(8, '0')
    .replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
  const date = new Date(`${text}T00:00:00.000Z`)
  if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)) return date
  throw invalid([{ path, message: 'must be a day as 20270131' }])
}
