// What the editing tools say.
import { words } from "../../../core/words.js";

export const t = words({
  en: {
    brush: "Repaint a part", extend: "Extend the picture", done: "Done",
    tool: "Tool", paint: "Brush", erase: "Eraser", rectangle: "Rectangle", size: "Brush size", undo: "Undo", redo: "Redo", clear: "Clear", clearMask: "Clear the mask", invert: "Invert", invertMask: "Invert the mask",
    smaller: "Smaller brush", larger: "Larger brush", surface: "Mask over the picture. {share} is marked.", marked: "{share} of the picture is marked.", empty: "Nothing is marked yet.",
    how: "Draw over what shall be painted anew.", rectangleHow: "Drag a rectangle, or move it with the arrow keys (with Shift: its size); Enter marks it.",
    left: "Left", top: "Top", right: "Right", bottom: "Bottom", width: "Width", height: "Height", mark: "Mark", unmark: "Unmark",
    what: "What shall be there?", whatHint: "Only the marked part is painted anew.", placeholder: "a green pear", strength: "Strength", strengthHint: "How far to leave what is there now: 1 ignores it.", count: "How many pictures",
    fewer: "Fewer pictures", more: "More pictures", engine: "Engine", run: "Paint", needPrompt: "Say what to paint first.", needMask: "Mark a part of the picture first.", needRoom: "Pull an edge of the picture outwards first.",
    sizeChanges: "{engine} paints this picture at {width} × {height}.", queued: "Waits for its turn", painting: "Painting", step: "step {step} of {total}", nth: "picture {n} of {count}", cancel: "Cancel", cancelled: "It was called off.",
    before: "Before", after: "After", compare: "Before and after", result: "Result {n}", results: "Results", keepEditing: "Keep editing this", show: "Show it", back: "Try again", kept: "It is in the gallery; the picture it came from stays as it was.",
    frame: "Frame", shape: "Shape", free: "Free", edge: "{side} edge: {pixels} pixels added", corner: "Pull a corner", whole: "Becomes {width} × {height}.", shrunk: "To fit what {engine} paints, the picture inside is shown at {percent}.",
    enlarged: "To reach what {engine} paints, the picture inside is shown at {percent}.", snapped: "{engine} paints sides in multiples of {multiple}.", extendHow: "Pull the edges outwards; the picture inside stays as it is.", around: "What shall be around it?", reset: "Back to the picture's frame",
    none: "No engine that is ready can do this.", words: "Words", wordsLabel: "What to repaint", wordsPlaceholder: "the red car", find: "Find", finding: "Looking …", wordsHow: "Name what shall be painted anew; correct it with the brush.",
    enlarge: "Enlarge", enlargeRun: "Enlarge", times: "How much", cutout: "Remove the background", cutoutRun: "Remove it", cutoutHow: "What the picture shows stays; everything behind it becomes transparent.", toEngines: "See the engines",
  },
  ko: {
    brush: "일부 다시 그리기", extend: "그림 넓히기", done: "완료",
    tool: "도구", paint: "붓", erase: "지우개", rectangle: "사각형", size: "붓 크기", undo: "실행 취소", redo: "다시 실행", clear: "지우기", clearMask: "마스크 지우기", invert: "반전", invertMask: "마스크 반전",
    smaller: "붓 작게", larger: "붓 크게", surface: "그림 위의 마스크. {share} 표시됨.", marked: "그림의 {share}를 표시했습니다.", empty: "아직 표시한 곳이 없습니다.",
    how: "다시 그릴 곳을 칠해 주세요.", rectangleHow: "사각형을 끌어서 그리거나 화살표로 옮기고(Shift와 함께 누르면 크기 조절) Enter로 표시하세요.",
    left: "왼쪽", top: "위쪽", right: "오른쪽", bottom: "아래쪽", width: "너비", height: "높이", mark: "표시", unmark: "표시 해제",
    what: "무엇을 그릴까요?", whatHint: "표시한 곳만 다시 그립니다.", placeholder: "초록색 배", strength: "강도", strengthHint: "지금 그림에서 얼마나 벗어날지 정합니다. 1이면 무시합니다.", count: "그림 수",
    fewer: "그림 줄이기", more: "그림 늘리기", engine: "엔진", run: "그리기", needPrompt: "무엇을 그릴지 먼저 적어 주세요.", needMask: "그림의 일부를 먼저 표시해 주세요.", needRoom: "그림의 가장자리를 먼저 바깥으로 당겨 주세요.",
    sizeChanges: "{engine} 엔진은 이 그림을 {width} × {height}로 그립니다.", queued: "차례를 기다리는 중", painting: "그리는 중", step: "{total}단계 중 {step}단계", nth: "{count}장 중 {n}번째", cancel: "취소", cancelled: "취소했습니다.",
    before: "이전", after: "이후", compare: "이전과 이후", result: "결과 {n}", results: "결과", keepEditing: "이어서 고치기", show: "보기", back: "다시 시도", kept: "갤러리에 저장했습니다. 원래 그림은 그대로 있습니다.",
    frame: "틀", shape: "비율", free: "자유", edge: "{side} 가장자리: {pixels}픽셀 추가", corner: "모서리 당기기", whole: "{width} × {height} 크기가 됩니다.", shrunk: "{engine} 엔진에 맞추어 안쪽 그림을 {percent}로 줄입니다.",
    enlarged: "{engine} 엔진에 맞추어 안쪽 그림을 {percent}로 키웁니다.", snapped: "{engine} 엔진은 {multiple}의 배수 크기로 그립니다.", extendHow: "가장자리를 바깥으로 당기세요. 안쪽 그림은 그대로 남습니다.", around: "둘레에 무엇을 그릴까요?", reset: "원래 틀로",
    none: "이 일을 할 수 있는 엔진이 없습니다.", words: "낱말", wordsLabel: "다시 그릴 것", wordsPlaceholder: "빨간 자동차", find: "찾기", finding: "찾는 중 …", wordsHow: "다시 그릴 것을 적고, 붓으로 고치세요.",
    enlarge: "크게 만들기", enlargeRun: "크게 만들기", times: "몇 배로", cutout: "배경 지우기", cutoutRun: "지우기", cutoutHow: "그림의 대상만 남고 그 뒤는 모두 투명해집니다.", toEngines: "엔진 보기",
  },
});
