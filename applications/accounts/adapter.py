"""Where allauth meets the house: its mails go through our outbox."""

from allauth.account.adapter import DefaultAccountAdapter

from applications.notifications.outbox import post


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix, email, context):
        message = self.render_mail(template_prefix, email, context)
        post(f"account/{template_prefix.rpartition('/')[2]}", address=email, subject=message.subject, body=message.body)

    def clean_email(self, email):
        return super().clean_email(email).lower()
