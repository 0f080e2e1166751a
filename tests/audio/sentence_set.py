"""Texts cut into sentences by hand: our own writing, as answers about pictures might read.

Each entry is a language and the sentences of one text; joined by a space (by nothing in Chinese and
Japanese) they are what `split` is given.
"""

# ruff: noqa: RUF001 - letters of many scripts are the point

from __future__ import annotations

SENTENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("en", ("Dr. Smith painted this at 3.5 m height.", "Why?", "Nobody knows!")),
    ("en", ("It shows fruit, e.g. apples, pears etc. on a table.", "The light comes from the left.")),
    ("en", ("J. R. R. Tolkien drew maps.", "See https://example.com/maps?id=3.1 for one.", "It is blue.")),
    ("en", ("The sky is dark ... almost black.", "Mr. and Mrs. Fox look up at 5 p.m. every day.")),
    ("en", ('"Is that a cat?" she asked.', "It is (probably) a small dog.", "Version 2.0.1 was better.")),
    ("de", ("Das Bild zeigt z. B. einen Apfel.", "Dr. Müller malte es am 3. Mai 1921.", "Schön!")),
    ("de", ("Links steht ein Haus, rechts u. a. ein Baum.", "Ist das Schnee?", "Ja, ca. 2,5 cm.")),
    ("fr", ("M. Dupont regarde la mer.", "Est-ce un bateau ?", "Oui, il mesure env. 3,5 m !")),
    ("es", ("¿Qué se ve en la imagen?", "¡Dos manzanas rojas!", "El Sr. García las pintó en 1920.")),
    ("pt", ("A Sra. Silva pintou um barco.", "O mar está calmo.", "Que horas são?")),
    ("it", ("Il sig. Rossi guarda il gatto.", "Il gatto dorme!", "Perché è così blu?")),
    ("nl", ("Op de foto staat o.a. een fiets.", "Dhr. de Vries kijkt ernaar.", "Is dat een brug?")),
    ("pl", ("Na obrazie jest m.in. jabłko.", "Prof. Kowalski namalował je w 1930 r. w Krakowie.", "Ładne!")),
    ("ru", ("На картине два яблока.", "Это т. е. натюрморт.", "Красиво?", "Да!")),
    ("uk", ("На малюнку стоїть кіт.", "Чи він спить?", "Ні, він грається.")),
    ("el", ("Η εικόνα δείχνει ένα σπίτι.", "Είναι μπλε;", "Ναι!")),
    ("tr", ("Resimde bir kedi var.", "Dr. Yılmaz onu çizdi.", "Güzel mi?")),
    ("ar", ("هذه صورة لتفاحتين.", "هل التفاحة حمراء؟", "نعم!")),
    ("fa", ("این تصویر یک خانه است.", "آیا برف می‌بارد؟", "بله.")),
    ("ur", ("یہ ایک تصویر ہے۔", "کیا یہ سیب ہے؟", "جی ہاں۔")),
    ("he", ("בתמונה יש שני תפוחים.", "האם הם אדומים?", "כן!")),
    ("hi", ("यह एक चित्र है।", "क्या सेब लाल है?", "हाँ, डॉ. शर्मा ने इसे बनाया।")),
    ("bn", ("এটি একটি ছবি।", "আপেলটি কি লাল?", "হ্যাঁ।")),
    ("ja", ("これは絵です。", "りんごは赤いですか？", "はい！", "大きさは3.5センチです。")),
    ("zh", ("这是一幅画。", "苹果是红色的吗？", "是的！", "它高3.5米。")),
    ("ko", ("이것은 그림입니다.", "사과가 빨간가요?", "네!", "높이는 3.5미터입니다.")),
    ("vi", ("Đây là một bức tranh.", "Quả táo có màu đỏ không?", "Có!")),
    ("hy", ("Սա նկար է։", "Խնձորը կարմիր է։")),
    ("am", ("ይህ ሥዕል ነው።", "ፖም ቀይ ነው።")),
    ("my", ("ဒါက ပန်းချီကားပါ။", "ပန်းသီးက နီတယ်။")),
)


def text_of(language: str, sentences: tuple[str, ...]) -> str:
    """The text that `split` is given."""
    return ("" if language in {"ja", "zh"} else " ").join(sentences)
