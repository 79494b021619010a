// Takes a picture of what the camera sees, cut to a square.

/** @param take called with the picture; @param tell called where the camera cannot be used */
export function camera(take, tell) {
  const [open, live, video, shot, close] = ["camera", "live", "video", "take", "close"].map(id => document.getElementById(id));
  let stream = null;
  open.hidden = !navigator.mediaDevices?.getUserMedia;
  open.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      live.hidden = false;
      shot.focus();
    } catch {
      tell();
    }
  });
  shot.addEventListener("click", () => {
    const side = Math.min(video.videoWidth, video.videoHeight), canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.min(side, 512);
    canvas.getContext("2d").drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(blob => take(new File([blob], `camera-${new Date().toISOString().slice(11, 19).replaceAll(":", "")}.png`, { type: "image/png" })), "image/png");
  });
  close.addEventListener("click", () => {
    stream?.getTracks().forEach(track => track.stop());
    stream = null;
    live.hidden = true;
    open.focus();
  });
}
