/** The domain's, also as they were stored or came from a workflow. */
interface Warning {
  readonly code: string
  readonly message: string
  readonly count?: number | undefined
  readonly event_ids?: readonly string[] | undefined
}

/** Warnings as answers have them: left out where there are none. */
export function warningsResponse(warnings: readonly Warning[]) {
  if (warnings.length === 0) return undefined
  return warnings.map(({ event_ids, ...warning }) => ({
    ...warning,
    ...(event_ids ? { event_ids: [...event_ids] } : {}),
  }))
}

interface WarnedLine {
  readonly subscription_line_item_id?: string | null | undefined
  readonly warnings?: readonly Warning[] | undefined
}

/** Those of all lines together, each with its line: a line that is hidden or far down still says them. */
export function lineWarningsResponse(lines: readonly WarnedLine[]) {
  const all = lines.flatMap(({ subscription_line_item_id, warnings = [] }) =>
    (warningsResponse(warnings) ?? []).map((warning) => ({
      ...warning,
      subscription_line_item_id: subscription_line_item_id ?? undefined,
    })),
  )
  return all.length === 0 ? undefined : all
}
