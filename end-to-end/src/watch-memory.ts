const sampleMs = 100

/** Resident memory of the process behind the metrics, in bytes: now, and the most since the last look at the height. */
export function watchMemory(metricsUrl: string) {
  let most = 0
  const now = async () => {
    const text = await (await fetch(metricsUrl)).text()
    const bytes = Number(/^process_resident_memory_bytes\S* (\d+)/m.exec(text)?.[1])
    most = Math.max(most, bytes)
    return bytes
  }
  const timer = setInterval(() => void now().catch(() => undefined), sampleMs)
  return {
    now,
    height() {
      const height = most
      most = 0
      return height
    },
    stop: () => clearInterval(timer),
  }
}
