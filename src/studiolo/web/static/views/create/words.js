import { words } from "../../core/words.js";

const EN = {
  prompt: "What shall be painted?", placeholder: "Two red apples left of a blue car in the snow", paint: "Paint", queue: "Add to queue", fewer: "Fewer pictures", more: "More pictures",
  count: "How many pictures", write: "Say what to paint first.", focus: "Write the prompt", painting: "Paint", negative: "What to keep out", negativeHint: "Things, colours, styles that should not be in it.",
  // translation
  translated: "Translated from {name}.", wordByWord: "Translated word by word from {name}.", lost: "Not in the dictionary: {words}.", translating: "Translating …", asTyped: "Paint it as I wrote it", untranslated: "There is no translation from {name} here: it will be painted as you wrote it.", english: "The prompt in English",
  // groups
  ideas: "Ideas", palette: "Palette", start: "Start from a picture", settings: "Settings", startShort: "Picture", control: "Follow a layout", controlShort: "Layout", references: "Vary pictures", referencesShort: "Variation",
  // ideas
  style: "Style or mood", styleHint: "watercolour, film noir, cosy …", keywords: "Keywords", keywordsHint: "owl, books, rain; between commas", reference: "Reference", referenceHint: "A picture that lends its style, mood and colours, not its subject.",
  ask: ({ n }) => (n === 1 ? "Give me an idea" : `Give me ${n} ideas`), again: "Other ideas", thinking: "Thinking …", useIt: "Use as prompt", idea: "Idea {n}", choose: "Choose idea {n}",
  paintChosen: ({ n }) => (n === 0 ? "Paint the chosen" : `Paint the chosen (${n})`), howMany: "How many ideas", fewerIdeas: "Fewer ideas", moreIdeas: "More ideas", assistant: "Assistant", byDefault: "{name} (usual)", nothing: "Give a style, keywords or a reference picture first.", finer: "How freely it writes", temperature: "Temperature", top_p: "Top p", top_k: "Top k", unset: "Leave it to the model", removeReference: "Without this picture", addReference: "Add a reference picture",
  // palette
  paletteNone: "{engine} does not take colours.", useEngine: "Use {engine}", paletteLead: "Up to {most} colours that the picture keeps to.", fromPicture: "From a picture", fromStart: "From the picture to start from",
  // start
  startNone: "{engine} does not start from a picture.", startLead: "Drop or paste one anywhere on this page, or", startAlt: "The picture to start from", removeStart: "Do not start from it", mask: "Only the marked part is painted anew.", removeMask: "Paint all of it", maskPrompt: "Only this is painted anew: {words}.", outpaint: "It grows by {margins} pixels: left, top, right, bottom.", removeOutpaint: "Do not grow it", another: "Another picture",
  // settings
  engine: "Engine", model: "Model", size: "Size", shape: "Shape", asPicture: "As the picture", exact: "Width and height", width: "Width", height: "Height", swap: "Swap width and height", sizeChoices: "It paints just these sizes.", modelHint: "Another of its models may be written here.", seedNumbers: "Here a seed only numbers the pictures; the same one paints another.", sizeHint: "Multiples of {multiple} from {minimum} to {maximum}.", leastPixels: "At least {n} megapixels.", pixels: "At most {n} megapixels.", ratio: "No side more than {n} times the other.", seed: "Seed", takeNearest: "Paint {width} × {height}", newSeed: "new each time", lock: "Keep this seed", unlock: "A new seed each time", dice: "Throw the dice", lastSeed: "Last: {seed}", scheduler: "Scheduler", defaults: "Back to defaults", notReady: "not ready: {reason}",
  steps: "Steps", guidance_scale: "Guidance", strength: "How far to leave the picture", draft_strength: "How far to leave the draft", control_strength: "How closely", similarity: "How near to them", handover: "Handover", refiner_strength: "How far to leave it",
  // work
  length: "{n} of {most} characters; the first sentence counts most.", lengthOf: "{n} of {most} characters.", limit: "{n} of {most} characters: more than {engine} takes.",
  work: "On the easel", picture: "Picture {n} of {count}", stepOf: "step {step} of {total}", left: "{time} left", cancel: "Cancel", cancelled: "Cancelled.", paintAgain: "Paint it after all", next: "Paint this next", waiting: "Waiting", place: "Place {n}", starting: "Getting ready", retry: "Try again", dismiss: "Dismiss", failed: "Could not be painted", preview: "Preview of: {prompt}",
  stage_painting: "Painting", stage_loading: "Loading the model", stage_draft: "Drafting", stage_translating: "Translating", stage_refining: "Refining", stage_upscaling: "Enlarging", "stage_cutting out": "Removing the background", stage_waiting: "Waiting",
  saidStart: "Painting: {prompt}", saidPicture: "Picture {n} of {count} is done.", saidEnd: "Finished: {prompt}", saidFailed: "Could not be painted: {why}", saidCancelled: "Cancelled: {prompt}", saidQueued: ({ n }) => (n === 1 ? "Added to the queue." : `${n} added to the queue.`),
  // wall
  wall: "Pictures", all: "The whole gallery", seedOf: "seed {seed}", welcome: "Say what you would like to see, and press Paint.", tryOne: "For a start:",
  // links
  filled: "The settings of that picture are filled in.", undo: "Undo", fromFilled: "It starts from that picture.", controlFilled: "It follows that picture's layout.", varyFilled: "It takes after that picture.", paletteFilled: "The colours of that picture are your palette.", referenceFilled: "Ideas go by that picture.",
  dropStart: "Start from it", dropControl: "Follow its layout", dropReferences: "Vary it", dropIdeas: "Ideas from it", dropPalette: "Colours from it",
};

const KO = {
  prompt: "무엇을 그릴까요?", placeholder: "눈 속 파란 자동차 왼쪽의 빨간 사과 두 개", paint: "그리기", queue: "대기열에 추가", fewer: "그림 수 줄이기", more: "그림 수 늘리기",
  count: "그림 수", write: "먼저 무엇을 그릴지 적어 주세요.", focus: "프롬프트 쓰기", painting: "그리기", negative: "빼고 싶은 것", negativeHint: "그림에 없었으면 하는 사물, 색, 화풍입니다.",
  translated: "{name}에서 번역했습니다.", wordByWord: "{name}에서 낱말 단위로 번역했습니다.", lost: "사전에 없는 말: {words}.", translating: "번역하는 중 …", asTyped: "쓴 그대로 그리기", untranslated: "{name} 번역을 할 수 없어 쓴 그대로 그립니다.", english: "영어 프롬프트",
  ideas: "아이디어", palette: "팔레트", start: "그림에서 시작", settings: "설정", startShort: "그림", control: "구도 따르기", controlShort: "구도", references: "그림 변형하기", referencesShort: "변형",
  style: "화풍이나 분위기", styleHint: "수채화, 누아르, 포근한 …", keywords: "키워드", keywordsHint: "올빼미, 책, 비 (쉼표로 구분)", reference: "참고 그림", referenceHint: "화풍, 분위기, 색만 빌리고 소재는 빌리지 않습니다.",
  ask: "아이디어 {n}개 받기", again: "다른 아이디어", thinking: "생각하는 중 …", useIt: "프롬프트로 쓰기", idea: "아이디어 {n}", choose: "아이디어 {n} 선택",
  paintChosen: ({ n }) => (n === 0 ? "선택한 것 그리기" : `선택한 ${n}개 그리기`), howMany: "아이디어 수", fewerIdeas: "아이디어 줄이기", moreIdeas: "아이디어 늘리기", assistant: "도우미", byDefault: "{name} (기본)", nothing: "먼저 화풍, 키워드, 참고 그림 중 하나를 넣어 주세요.", finer: "얼마나 자유롭게 쓸지", temperature: "온도", top_p: "Top p", top_k: "Top k", unset: "모델에 맡기기", removeReference: "참고 그림 빼기", addReference: "참고 그림 넣기",
  paletteNone: "{engine} 엔진은 색을 받지 않습니다.", useEngine: "{engine} 쓰기", paletteLead: "그림이 따를 색을 {most}개까지 고릅니다.", fromPicture: "그림에서", fromStart: "시작 그림에서",
  startNone: "{engine} 엔진은 그림에서 시작하지 못합니다.", startLead: "이 페이지 아무 곳에나 끌어다 놓거나 붙여넣으세요. 또는", startAlt: "시작할 그림", removeStart: "이 그림에서 시작하지 않기", mask: "표시한 부분만 새로 그립니다.", removeMask: "전체 그리기", maskPrompt: "이것만 새로 그립니다: {words}.", outpaint: "왼쪽, 위, 오른쪽, 아래로 {margins}픽셀씩 넓힙니다.", removeOutpaint: "넓히지 않기", another: "다른 그림",
  engine: "엔진", model: "모델", size: "크기", shape: "비율", asPicture: "그림대로", exact: "너비와 높이", width: "너비", height: "높이", swap: "너비와 높이 바꾸기", sizeChoices: "이 크기로만 그립니다.", modelHint: "목록에 없는 모델 이름도 적을 수 있습니다.", seedNumbers: "이 엔진에서 시드는 그림의 번호일 뿐이며, 같은 시드라도 다른 그림이 나옵니다.", sizeHint: "{minimum}에서 {maximum}까지, {multiple}의 배수입니다.", leastPixels: "최소 {n} 메가픽셀입니다.", pixels: "최대 {n} 메가픽셀입니다.", ratio: "긴 변은 짧은 변의 {n}배까지입니다.", seed: "시드", takeNearest: "{width} × {height}(으)로 그리기", newSeed: "매번 새로", lock: "이 시드 유지", unlock: "매번 새 시드", dice: "주사위 굴리기", lastSeed: "지난 시드: {seed}", scheduler: "스케줄러", defaults: "기본값으로", notReady: "준비 안 됨: {reason}",
  steps: "단계 수", guidance_scale: "가이던스", strength: "그림에서 벗어나는 정도", draft_strength: "초안에서 벗어나는 정도", control_strength: "얼마나 따를지", similarity: "얼마나 닮을지", handover: "이어받는 때", refiner_strength: "얼마나 바꿀지",
  length: "{most}자 중 {n}자입니다. 첫 문장이 가장 중요합니다.", lengthOf: "{most}자 중 {n}자입니다.", limit: "{most}자 중 {n}자입니다. {engine} 엔진이 받는 길이를 넘었습니다.",
  work: "그리는 중", picture: "그림 {n}/{count}", stepOf: "{total}단계 중 {step}단계", left: "{time} 남음", cancel: "취소", cancelled: "취소했습니다.", paintAgain: "다시 그리기", next: "다음에 그리기", waiting: "대기 중", place: "{n}번째", starting: "준비하는 중", retry: "다시 시도", dismiss: "지우기", failed: "그리지 못했습니다", preview: "미리보기: {prompt}",
  stage_painting: "그리는 중", stage_loading: "모델을 불러오는 중", stage_draft: "초안 그리는 중", stage_translating: "번역하는 중", stage_refining: "다듬는 중", stage_upscaling: "키우는 중", "stage_cutting out": "배경을 지우는 중", stage_waiting: "기다리는 중",
  saidStart: "그리기 시작: {prompt}", saidPicture: "그림 {count}장 중 {n}번째가 완성되었습니다.", saidEnd: "완성: {prompt}", saidFailed: "그리지 못했습니다: {why}", saidCancelled: "취소됨: {prompt}", saidQueued: "대기열에 {n}개 추가했습니다.",
  wall: "그림", all: "갤러리 전체 보기", seedOf: "시드 {seed}", welcome: "보고 싶은 것을 적고 ‘그리기’를 누르세요.", tryOne: "이렇게 시작해 보세요:",
  filled: "그 그림의 설정을 채웠습니다.", undo: "되돌리기", fromFilled: "그 그림에서 시작합니다.", controlFilled: "그 그림의 구도를 따릅니다.", varyFilled: "그 그림을 닮게 그립니다.", paletteFilled: "그 그림의 색을 팔레트에 담았습니다.", referenceFilled: "그 그림을 참고해 아이디어를 냅니다.",
  dropStart: "여기서 시작", dropControl: "구도 따르기", dropReferences: "변형하기", dropIdeas: "아이디어 얻기", dropPalette: "색 가져오기",
};

export const t = words({ en: EN, ko: KO });

/** Of a setting that an engine declares: our word for it, or its own name made readable. */
export const nameOf = (name) => (name in EN ? t(name) : name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase()));
/** What a painter says it is doing, in the reader's language where we know it. */
export const stageOf = (stage) => (`stage_${stage}` in EN ? t(`stage_${stage}`) : nameOf(stage));
