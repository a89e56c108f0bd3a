// The page: its parts in order, drawn again where the width changes, and made ready for paper.

showAnswer();
showQuestion();
showViewer();
showTrajectories();
showAgreement();
showScores();
showRuns();
showSettings();
if (viewer.run >= 0) showRun(viewer.run); // now that all its buttons are there

let lastWidth = document.body.clientWidth;
new ResizeObserver(() => {
  const width = document.body.clientWidth;
  if (Math.abs(width - lastWidth) < 4) return;
  lastWidth = width;
  drawViewer();
  drawCourse();
}).observe(document.body);

// On paper stands where it all led to; afterwards it is as it was.
let stepBefore = 0;
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  if (course.place < 0) return;
  stepBefore = course.step;
  goTo(drawnSteps().length - 1, false, true);
});
addEventListener("afterprint", () => {
  if (course.place >= 0) goTo(stepBefore, false);
});
