// How the show and the speaker's window speak to one another: by a name of their own, so that two shows do not meet.

export function channelOf(name) {
  return new BroadcastChannel(`score-show-${name}`);
}

// Every ten seconds an open window asks whether it still may stand; without a network it stands as well.
export function heartbeat(heard) {
  async function ask() {
    try {
      const response = await fetch("/alive");
      if (response.status === 401) window.location.reload();
      heard(true);
    } catch {
      heard(false);
    }
  }
  window.setInterval(ask, 10_000);
  window.addEventListener("offline", () => heard(false));
  window.addEventListener("online", ask);
}
