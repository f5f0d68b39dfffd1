import type { Step } from './lives/step.ts'
import { day } from './play/compare.ts'
import type { Finding, Report } from './simulate.ts'

/** What was lived, checked and found, for people. */
export function describeReport(report: Report): string {
  const { lives, steps, skipped, billings, invoices, lines, events, seconds, findings } = report
  const { paidByCredits, payments, notes, purchases, changes, refusals } = report
  const rate = Math.round(steps / seconds)
  return [
    `${lives} lives of ${steps} steps (${skipped} more had no place) and ${billings} billings in ${seconds.toFixed(1)} s: ${rate} steps a second`,
    `${invoices} invoices with ${lines} lines and ${events} events were held against the model`,
    `${paidByCredits} of them were paid by credits, ${payments} payments, ${notes} credit notes and ${purchases} purchases of credits were made`,
    `${changes} changes of subscriptions were previewed and made, ${refusals} refused`,
    ...(report.disturbed ? [describeDisturbed(report.disturbed)] : []),
    findings.length === 0 ? 'No difference was found.' : `${findings.length} lives fail:`,
    ...findings.map(describeFinding),
  ].join('\n')
}

function describeDisturbed(disturbed: Readonly<Record<string, number>>): string {
  const hits = Object.entries(disturbed).map(([what, times]) => `${what} ${times}`)
  return `Hit meanwhile: ${hits.length > 0 ? hits.join(', ') : 'nothing'}`
}

function describeFinding({ life, seed, steps, played }: Finding): string {
  const { failure } = played
  return [
    `\nLife ${life} (seed ${seed}), shrunk to ${steps.length} steps:`,
    ...(steps.length > stepsTold ? ['  (its first ones are left out here)'] : []),
    ...steps.map((step, index) => `${String(index).padStart(3)}  ${describeStep(step)}`).slice(-stepsTold),
    `At step ${failure?.step}, ${failure?.at}:`,
    ...(failure?.problems ?? []).map((problem) => `  ${problem}`),
  ].join('\n')
}

/** Longer ones were not shrunk, and nobody reads them. */
const stepsTold = 60
const instants = new Set(['time', 'start', 'end', 'from', 'anchor'])

function describeStep({ kind, at, ...rest }: Step): string {
  const text = JSON.stringify(rest, (key, value: unknown) =>
    instants.has(key) && typeof value === 'number' ? day(value) : value,
  )
  return `${day(at)} ${kind} ${text.replaceAll('"', '')}`
}
