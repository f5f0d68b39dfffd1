/**
 * The names of the Temporal headers that a workflow hands on to its activities. Plain values, for the
 * sandbox too. `contextHeader` holds the `Scope` on whose behalf the work is done; `traceHeader` is the
 * one that Temporal's OpenTelemetry interceptors write and read.
 */
export const contextHeader = 'x-flexprice-context'
export const traceHeader = '_tracer-data'
