import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  counter<Label extends string = never>(options: CounterOptions<Label>): Counter<Label>
  gauge<Label extends string = never>(options: GaugeOptions<Label>): Gauge<Label>
  histogram<Label extends string = never>(options: HistogramOptions<Label>): Histogram<Label>
  /** Everything in Prometheus' text form. */
  render(): Promise<string>
}

export interface CounterOptions<Label extends string> {
  /** snake_case; a counter's name ends with `_total`, a duration's with `_seconds`. */
  readonly name: string
  readonly help: string
  /** Each combination of values is a series of its own: no tenant, no id. */
  readonly labels?: readonly Label[]
}

export interface GaugeOptions<Label extends string> extends CounterOptions<Label> {
  /** Called before each rendering, to set what is read and not counted (pool sizes). */
  readonly collect?: (gauge: Gauge<Label>) => void | Promise<void>
}

export interface HistogramOptions<Label extends string> extends CounterOptions<Label> {
  /** Upper bounds in the metric's unit; `durationBuckets` unless given. */
  readonly buckets?: readonly number[]
}

/** A registry of its own with the process's metrics (CPU, memory, event loop, GC), labelled with the service. */
export function createMetrics({ service }: { readonly service: string }): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    counter: ({ name, help, labels = [] }) =>
      new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    gauge: (options) => createGauge(registry, options),
    histogram: ({ name, help, labels = [], buckets = durationBuckets }) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] }),
    render: () => registry.metrics(),
  }
}

/** Seconds, for what somebody waits for: HTTP requests, statements, calls to other services. */
export const durationBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

function createGauge<Label extends string>(registry: Registry, options: GaugeOptions<Label>): Gauge<Label> {
  const { name, help, labels = [], collect } = options
  const gauge: Gauge<Label> = new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    ...(collect === undefined ? {} : { collect: () => collect(gauge) }),
  })
  return gauge
}
