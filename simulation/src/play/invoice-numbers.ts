/** The numbers of invoices that were seen, by the month whose they are: each month's begin with 1 and have no gap. */
export interface InvoiceNumbers {
  /** @returns the months, of those that have these numbers, in which one is missing */
  add(numbers: readonly string[]): string[]
}

export function createInvoiceNumbers(): InvoiceNumbers {
  const months = new Map<string, { readonly seen: Set<number>; last: number }>()
  return {
    add(numbers) {
      const touched = new Set<string>()
      for (const text of numbers) {
        const [, month = text, digits = 'none'] = /^(.*)-(\d+)$/.exec(text) ?? []
        const known = months.get(month) ?? { seen: new Set(), last: 0 }
        const number = Number(digits)
        known.seen.add(number)
        known.last = Math.max(known.last, number)
        months.set(month, known)
        touched.add(month)
      }
      return [...touched].flatMap((month) => {
        const { seen, last } = months.get(month) ?? { seen: new Set(), last: 0 }
        return seen.size === last ? [] : [`the numbers of ${month} are ${[...seen].join(', ')}`]
      })
    },
  }
}
