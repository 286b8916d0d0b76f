from markupsafe import Markup

from qa.ui.html import element, join, text_html


def test_plain_text_is_escaped_as_child_and_as_attribute():
    made = element("p", "<b>&", title='"><script>')
    assert made == '<p title="&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp;</p>'


def test_markup_is_kept_and_not_escaped_twice():
    assert element("p", element("b", "甲 & 乙")) == "<p><b>甲 &amp; 乙</b></p>"


def test_attributes_that_are_none_or_false_are_left_out_and_true_is_bare():
    assert element("details", open=True, hidden=False, id=None) == "<details open></details>"


def test_controls_that_hide_or_reorder_text_are_left_out():
    assert text_html("甲\u202e乙\x00丙\n丁") == "甲乙丙\n丁"


def test_a_separator_is_escaped():
    assert join([Markup("<i></i>"), Markup("<b></b>")], "<") == "<i></i>&lt;<b></b>"
