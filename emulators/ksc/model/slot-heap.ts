// When the status of which host changes next: a binary heap that also finds a host's place, so that an act can move it.

/** Slots ordered by a moment in milliseconds. */
export type SlotHeap = {
  /** Sets or moves a slot; Infinity takes it out. */
  set(slot: number, moment: number): void
  /** The earliest moment, Infinity when empty. */
  earliest(): number
  /** Takes out the slot with the earliest moment. Call only when `earliest()` is finite. */
  pop(): number
}

/** Makes an empty heap. */
export function createSlotHeap(): SlotHeap {
  const slots: number[] = []
  const moments: number[] = []
  /** By slot; -1 = not in the heap. */
  const places: number[] = []

  const put = (place: number, slot: number, moment: number): void => {
    slots[place] = slot
    moments[place] = moment
    places[slot] = place
  }
  const at = (place: number): number => moments[place] ?? Number.POSITIVE_INFINITY

  function settle(start: number, slot: number, moment: number): void {
    let place = start
    while (place > 0 && at((place - 1) >> 1) > moment) {
      const parent = (place - 1) >> 1
      put(place, slots[parent] as number, at(parent))
      place = parent
    }
    for (;;) {
      const left = place * 2 + 1
      const child = at(left + 1) < at(left) ? left + 1 : left
      if (at(child) >= moment) break
      put(place, slots[child] as number, at(child))
      place = child
    }
    put(place, slot, moment)
  }

  function remove(place: number): void {
    places[slots[place] as number] = -1
    const slot = slots.pop() as number
    const moment = moments.pop() as number
    if (place < slots.length) settle(place, slot, moment)
  }

  return {
    set(slot, moment) {
      const place = places[slot] ?? -1
      if (moment === Number.POSITIVE_INFINITY) {
        if (place >= 0) remove(place)
        return
      }
      settle(place >= 0 ? place : slots.length, slot, moment)
    },
    earliest: () => at(0),
    pop() {
      const slot = slots[0] as number
      remove(0)
      return slot
    },
  }
}
