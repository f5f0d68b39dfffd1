/** Loads that are under way, so that those who miss at once ask the source once. */
export interface SharedLoads<Value> {
  /** Joins the load of the key, or starts one. It may ask whether something was dropped since it began. */
  join(key: string, start: (isCurrent: () => boolean) => Promise<Value>): Promise<Value>
  /** Nobody joins the key's load any more. */
  drop(key: string): void
}

export function createSharedLoads<Value>(): SharedLoads<Value> {
  const loads = new Map<string, Promise<Value>>()
  return {
    join(key, start) {
      const running = loads.get(key)
      if (running !== undefined) return running
      const isCurrent = () => loads.get(key) === loading
      const loading: Promise<Value> = start(isCurrent).finally(() => {
        if (isCurrent()) loads.delete(key)
      })
      loads.set(key, loading)
      return loading
    },
    drop: (key) => void loads.delete(key),
  }
}
