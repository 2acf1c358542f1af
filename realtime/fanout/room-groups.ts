/**
 * Viewers of one upstream, grouped by the names they use for it. An event is encoded once per group, of which there is
 * usually one. The rooms are private to the server: clients can neither name nor join them.
 */
export class RoomGroups<Ref extends object> {
  private readonly groups = new Map<string, { ref: Ref; members: number }>();
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  roomOf(ref: Ref): string {
    return `\0${this.prefix}\0${Object.values(ref).join("\0")}`;
  }

  add(ref: Ref): void {
    const room = this.roomOf(ref);
    const group = this.groups.get(room);
    if (group) group.members++;
    else this.groups.set(room, { ref, members: 1 });
  }

  remove(ref: Ref): void {
    const room = this.roomOf(ref);
    const group = this.groups.get(room);
    if (group && --group.members === 0) this.groups.delete(room);
  }

  forEach(act: (room: string, ref: Ref) => void): void {
    for (const [room, { ref }] of this.groups) act(room, ref);
  }
}
