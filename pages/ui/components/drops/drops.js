// Files that are dropped anywhere on the page are handed to its uploader.
const ZONE = '[data-testid="stFileUploaderDropzone"]';
const INPUT = '[data-testid="stFileUploader"] input[type="file"]';

function files(event) {
  return event.dataTransfer?.types.includes("Files") && !event.target.closest?.(ZONE);
}

function over(event) {
  if (files(event)) event.preventDefault(); // else the browser would open the file
}

function drop(event) {
  const input = files(event) && document.querySelector(INPUT);
  if (!input) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

export default function () {
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  return () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("drop", drop);
  };
}
